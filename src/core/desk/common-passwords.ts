const ROWS = `
12345678 123456789 1234567890 123456789a a123456789 123456789q q123456789 0123456789 9876543210 87654321 987654321
11223344 12341234 123123123 12344321 11112222 12121212 13131313 10203040 01234567 147258369 147852369 741852963
159753456 123654789 789456123 456789123 1234abcd abcd1234 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qaz2wsx3edc zaq12wsx zaq1zaq1
qazwsxedc qaz123wsx q1w2e3r4 q1w2e3r4t5 qwer1234 1234qwer qwerty12 qwerty123 qwerty1234 qwertyui qwertyuiop qwertzui
qwertzuiop azertyuiop asdfghjk asdfghjkl asdf1234 zxcvbnm1 zxcvbnm123 zxcvbnm, 1qazxsw2 1234567q 12345qwert qweasdzxc
password password1 password12 password123 password1234 password! password1! passw0rd p@ssw0rd p@ssword pa55word
pass1234 pass12345 passwort passwort1 motdepasse contraseña contrasena senha123 wachtwoord heslo123 salasana
administrator admin123 admin1234 admin12345 adminadmin administrador root1234 rootroot toor1234 changeme changeme1
changeme123 default1 default123 temp1234 temporary welcome1 welcome12 welcome123 letmein1 letmein123 letmeinnow
login123 access14 access123 secret12 secret123 topsecret mysecret test1234 testtest test12345 testing1 testing123
guest123 guestguest user1234 username usuario1 demo1234 demodemo example1 sample123 internet computer computer1
samsung1 samsung123 iphone123 android1 google123 facebook facebook1 facebook123 linkedin myspace1 youtube1 whatsapp
michael1 jennifer jessica1 michelle charlie1 jordan23 jordan123 daniel123 andrew123 matthew1 joshua123 anthony1
elizabeth alexander alexandra alexandre benjamin christian christina christopher nicholas nicole123 patricia samantha
stephanie victoria veronica caroline isabelle nathalie gabriel1 sebastian francesco giovanni alejandro fernando
iloveyou iloveyou1 iloveyou2 iloveyou123 iloveu123 ihateyou loveme123 lovelove loverboy mylove123 sweetheart beautiful
princess princess1 princess123 sunshine sunshine1 sunshine123 butterfly rainbow1 chocolate strawberry blueberry
football football1 football123 baseball baseball1 basketball softball1 soccer123 liverpool liverpool1 chelsea1 arsenal1
barcelona realmadrid juventus manchester superman superman1 batman123 spiderman starwars starwars1 startrek pokemon1
pokemon123 naruto123 dragon123 dragonball monkey123 tigger123 shadow123 master123 mastermind killer123 hunter123
hunter22 ranger123 trustno1 whatever whatever1 nothing1 blink182 metallica slipknot nirvana1 eminem123 corvette mercedes
mustang1 porsche1 ferrari1 yamaha123 harley123 maverick champion christmas halloween november december september
january1 february summer2023 summer2024 summer2025 summer2026 winter2023 winter2024 winter2025 winter2026 spring2024
spring2025 spring2026 autumn2024 autumn2025 autumn2026 monday123 friday123 sommer2025 australia california singapore
germany1 deutschland schweiz1 france123 liberty1 freedom1 america1 brooklyn portugal thailand snowball scooter1 midnight
firebird thunder1 lightning phoenix1 diamond1 platinum creative security security1 trustwalk orderdesk order-desk
correcthorsebatterystaple
`;

/** Well-known passwords of 8 characters and more, in lower case: the first that an attacker tries. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(ROWS.split(/\s/).filter((word) => word !== ''));
